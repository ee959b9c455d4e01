/// Why a file has no next line.
enum LineFileError: Error {
    /// A read failed with this errno.
    case unreadable(Int32)
    /// The line is longer than the bound.
    case overlong
}
