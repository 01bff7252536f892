"""Policy: reviewed Cedar text in, answers out. Who may ask, decide, make and end a change, and what each of these binds everybody to.

    loading      the files of a policy folder → a Policy, or one line that says what is wrong
    rules        the Policy in force: asks Cedar one question at a time; an error of any kind is a no
    question     what is asked, as the schema declares it
    conditions   what the permits that applied demand: stages, caps, sign-ins, notices
    differing    in which policies two folders differ
    looking      which attributes a policy looks at, and what they were
    schema       which attributes are declared, where each comes from and how old it may be
    cases        questions in files, and what must come of them

Pure: no clock, no I/O. Policies say who may; that nobody decides on their own request, and the like, is mediation's and no policy lifts it.
"""

from approvals.policy.rules import Policy

__all__ = ["Policy"]
