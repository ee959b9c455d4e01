import Glibc
import SystemPackage

/// Writes small files of the state directory. A reader finds the old file or the new one, never a part of one.
package enum WholeFile {
    /// Why a file could not be written.
    package struct WriteError: Error {
        /// The system's words: "No space left on device".
        package let cause: String
    }

    /// Replaces a file, or makes it. The new one is on the disk, and has the mode of the state directory's files and
    /// its owner, before it takes the place of the old one.
    ///
    /// - Parameters:
    ///   - name: The name of the file. Beside it, `name.new` is used.
    ///   - directory: Its directory, which must exist.
    package static func replace(_ name: String, in directory: String, with text: String) throws(WriteError) {
        do {
            let folder = try FileDescriptor.open(
                FilePath(directory), .readOnly, options: [.directory, .closeOnExec])
            try folder.closeAfter {
                let new = "\(name).new"
                // It may have been left behind, or be somebody's link.
                unlinkat(folder.rawValue, new, 0)
                do {
                    try write(text, to: new, in: folder, of: directory)
                    try check(renameat(folder.rawValue, new, folder.rawValue, name))
                } catch {
                    unlinkat(folder.rawValue, new, 0)
                    throw error
                }
            }
        } catch { throw WriteError(cause: "\(error)") }
    }

    private static func write(
        _ text: String, to name: String, in folder: FileDescriptor, of directory: String
    ) throws {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = openat(folder.rawValue, name, flags, StateDirectory.fileMode)
        try check(file)
        defer { close(file) }
        try FileDescriptor(rawValue: file).writeAll(text.utf8)
        StateDirectory.giveToOwner(file, of: directory)
        // The umask may have taken from the mode.
        try check(fchmod(file, StateDirectory.fileMode))
        try check(fsync(file))
    }

    private static func check(_ result: Int32) throws {
        if result < 0 { throw Errno(rawValue: errno) }
    }
}
