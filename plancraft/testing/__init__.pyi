from plancraft.testing.purity import Checked, ImpurePause, assert_pure
from plancraft.testing.stores import StoreContract

__all__ = ["Checked", "ImpurePause", "StoreContract", "assert_pure"]
