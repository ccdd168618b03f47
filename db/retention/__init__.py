"""What the library has promised to forget goes: a rule of mappers.retention after the other, in small batches.

    remove/<part>.sql   removes one batch of what is due; skips rows that somebody has locked, remembers numbers
    count/<part>.sql    how many rows are due, and how many of these a legal hold keeps
    proof/<part>.sql    how many should be gone and are not: shares no condition and no clock with the other two

The parts are those that `mappers.retention.RULES` declares (tests/house/test_retention.py).
"""
