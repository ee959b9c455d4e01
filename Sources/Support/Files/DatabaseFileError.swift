import Glibc

/// Why there is no usable SQLite file.
package struct DatabaseFileError: Error, Equatable {
    package enum Kind: Equatable {
        /// The file is corrupt, or not one of ours. A new one may replace it.
        case corrupt
        /// Another version wrote the file.
        case foreign(version: Int)
        /// Another process has locked the file.
        case busy
        /// The file cannot be opened or written, whatever it contains.
        case unavailable
        /// The disk is full.
        case full
    }

    package let kind: Kind
    /// Why, as a clause.
    package let cause: String

    package init(_ kind: Kind, _ cause: String) {
        self.kind = kind
        self.cause = cause
    }

    /// Throws if the path leads to something other than a regular file. SQLite would wait for a pipe.
    package static func refuseWhatIsNoFile(_ path: String) throws(DatabaseFileError) {
        var info = stat()
        if stat(path, &info) == 0, info.st_mode & S_IFMT != S_IFREG {
            throw DatabaseFileError(.corrupt, "it is no file")
        }
    }
}
