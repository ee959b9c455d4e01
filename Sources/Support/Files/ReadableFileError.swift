/// Why a file could not be read.
package enum ReadableFileError: Error {
    /// The system refuses, in its own words. If the file belongs to another user, `owner` says so.
    case refused(String, owner: String?)
    /// It is a directory, a pipe or the like.
    case notRegular
    /// It has more bytes than may be read.
    case tooLong(limit: Int)

    /// A clause: "it cannot be read (No such file or directory)".
    package var clause: String {
        switch self {
        case .refused(let why, let owner): "it cannot be read (\(why))\(owner.map { ": it \($0)" } ?? "")"
        case .notRegular: "it is not a regular file"
        case .tooLong(let limit): "it has more than \(limit) bytes"
        }
    }
}
