import Glibc
import SystemPackage

/// Reads small text files that an administrator names.
package enum ReadableFile {
    /// Returns why a file cannot be read, as a clause; nil if it can.
    package static func fault(_ path: String) -> String? {
        if case .failure(let fault) = contents(path, limit: 0) { fault.clause } else { nil }
    }

    /// Returns the text of a file. It does not wait for a writer if the path is a named pipe.
    ///
    /// - Parameter limit: The most bytes to read; a longer file is a fault. With 0 it only tries whether the file can
    ///   be read.
    package static func contents(_ path: String, limit: Int) -> Result<String, ReadableFileError> {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
            return try file.closeAfter {
                var facts = stat()
                guard fstat(file.rawValue, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
                    return .failure(.notRegular)
                }
                guard limit > 0 else { return .success("") }
                guard facts.st_size <= limit else { return .failure(.tooLong(limit: limit)) }
                // Text that is added meanwhile is read when the change is noticed.
                let size = Int(facts.st_size)
                let bytes = try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                    while count < size {
                        let taken = try file.read(
                            into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[count...])))
                        guard taken > 0 else { break }
                        count += taken
                    }
                }
                return .success(String(decoding: bytes, as: UTF8.self))
            }
        } catch {
            let owner = (error as? Errno) == .permissionDenied ? FileOwner.other(of: path) : nil
            return .failure(.refused("\(error)", owner: owner))
        }
    }
}

extension String {
    /// The lines of a text file as editors count them, without a byte order mark.
    ///
    /// Swift takes CR LF for one character, so a split at LF would miss these line ends. And Swift's newlines include
    /// the form feed, which ends a line for no editor.
    package var linesOfFile: [Substring] {
        let text = first == "\u{FEFF}" ? dropFirst() : self[...]
        return text.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" || $0 == "\r" })
    }
}
