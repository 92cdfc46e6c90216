"""`python -m autograder.executors ORDER`: a slot of `autograder worker`; see `slot.py`."""

if __name__ == "__main__":
    from autograder.executors.slot import main

    main()
