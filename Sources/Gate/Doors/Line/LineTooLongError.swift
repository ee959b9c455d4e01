/// A client's line is longer than the door reads.
struct LineTooLongError: Error {}
