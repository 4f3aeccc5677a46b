"""`python -m phucvu` is the same as `phucvu`."""

from phucvu.cli import main

if __name__ == "__main__":
    main()
