"""`python -m passante`."""

from passante.cli.main import main

if __name__ == "__main__":
    main()
