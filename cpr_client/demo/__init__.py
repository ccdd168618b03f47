"""A civil registry of people who do not exist, behind the real contract: for the demo and for tests.

    facts.py            what the registry holds about a person; the keys of a persons file
    numbers.py names.py towns.py       made-up numbers, names and addresses
    families.py circumstances.py       households; what has happened to people
    cases.py succession_cases.py family_cases.py    people who each show one rule
    people.py           builds the registry
    ageing.py           moves it on to a later day
    custody_changes.py  how custody changes meanwhile
    extract.py          what a library would know of these people
    persons_file.py     people from a file
    answers.py writing.py              answers
    soap.py service.py                 questions, and what is done with a request
    wire.py server.py serve.py         HTTP; the server in a thread; the server as a process
    mischief.py certificates.py        misbehaviour on request; mutual TLS

Nothing but `flows/local/` and the command that starts it may import this package.
"""
