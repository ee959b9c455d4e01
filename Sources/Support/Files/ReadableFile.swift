import Glibc
import SystemPackage

/// Small text files that an administrator names.
package enum ReadableFile {
    /// Why a file cannot be read, as a clause; nil if it can.
    package static func fault(_ path: String) -> String? {
        if case .failure(let fault) = contents(path, limit: 0) { fault.clause } else { nil }
    }

    /// Why a file could not be read.
    package struct Fault: Error {
        /// A clause: "it cannot be read (No such file or directory)".
        package let clause: String
    }

    /// The text of a file.
    ///
    /// Does not wait for a writer, as a named pipe would have it.
    ///
    /// - Parameter limit: The most bytes to read; a longer file is a fault. 0 only tries whether the file can be read.
    package static func contents(_ path: String, limit: Int) -> Result<String, Fault> {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
            return try file.closeAfter {
                var facts = stat()
                guard fstat(file.rawValue, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
                    return .failure(Fault(clause: "it is not a regular file"))
                }
                guard limit > 0 else { return .success("") }
                guard facts.st_size <= limit else { return .failure(Fault(clause: "it has more than \(limit) bytes")) }
                // What is written behind that meanwhile is read when the change is seen.
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
            return .failure(Fault(clause: "it cannot be read (\(error))\(owner.map { ": it \($0)" } ?? "")"))
        }
    }
}

extension String {
    /// The lines of a text file as editors count them, without a byte order mark. (To Swift CR LF is one character, which splitting
    /// at LF passes over; and a form feed ends a line, which it does for nobody else.)
    package var linesOfFile: [Substring] {
        let text = first == "\u{FEFF}" ? dropFirst() : self[...]
        return text.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" || $0 == "\r" })
    }
}
