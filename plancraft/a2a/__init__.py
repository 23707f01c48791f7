"""Agents that speak A2A, and the graphs they run."""
