"""Records in a browser, from this machine to itself: a page that reads and never writes.

`runs` finds what a folder holds, `quantities` and `surfaces` say what is shown of a record and
where, `scene` draws it, `session` is what is being looked at; `page` and `server` are the browser's
side.
"""
