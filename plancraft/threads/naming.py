"""Thread ids that no two sessions share."""

__all__ = ["make_thread_id"]


def make_thread_id(user_id: str | int, session_id: str | int) -> str:
    """`user_{user_id}_{session_id}`, for one session of one user.

    Raises:
        ValueError: a part is empty, or holds `_` in a place where another pair of ids would
            give the same thread id.
    """
    user, session = str(user_id), str(session_id)
    if not user.strip() or not session.strip():
        raise ValueError("user_id and session_id are not empty")
    if "_" in user:
        raise ValueError(
            f"user_id {user!r} holds '_', so that another user and session could share the "
            "thread; use another separator in it, such as '-'"
        )
    return f"user_{user}_{session}"
