"""Makes what stands in for a function look like it."""

_FIELDS = ("__name__", "__qualname__", "__doc__", "__module__")


def dress(wrapper, original):
    """Gives a wrapper the names of the function around which it is wrapped."""
    resemble(wrapper, original)
    wrapper.__wrapped__ = original


def resemble(stand_in, original):
    """Gives a stand-in the names of the function in whose place it is called."""
    for field in _FIELDS:
        try:
            setattr(stand_in, field, getattr(original, field))
        except (AttributeError, TypeError):
            pass
