"""Server-rendered pages, by audience; thin: forms and selectors in, services called, templates out."""
