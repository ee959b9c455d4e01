import Foundation
import Testing
import WorldServers

@testable import Support

/// What tells files apart, and how small ones are read and replaced.
@Suite(.timeLimit(.minutes(1))) struct FileTests {
    /// What happens to a file.
    enum Change: String, CaseIterable, CustomTestStringConvertible {
        case nothing, otherBytes, longer, touched, replaced, removed, mode

        var testDescription: String { rawValue }
        var isAnotherFile: Bool { self == .replaced || self == .removed }

        func make(_ path: String) throws {
            switch self {
            case .nothing: break
            case .otherBytes: try write("cba", path)
            case .longer: try write("abcd", path)
            case .touched:
                var times = [timespec(tv_sec: 1, tv_nsec: 5), timespec(tv_sec: 1, tv_nsec: 5)]
                #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
            case .replaced:
                // The old one still exists when the new one is made, so they cannot have one inode.
                try Data("abc".utf8).write(to: URL(fileURLWithPath: path + ".new"))
                #expect(rename(path + ".new", path) == 0)
            case .removed: #expect(unlink(path) == 0)
            case .mode: #expect(chmod(path, 0o600) == 0)
            }
        }

        private func write(_ text: String, _ path: String) throws {
            let descriptor = open(path, O_WRONLY | O_TRUNC)
            defer { close(descriptor) }
            #expect(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
            // The clock of files is coarse: a change in the same tick would have the same time.
            var times = [timespec(tv_sec: 7, tv_nsec: 7), timespec(tv_sec: 7, tv_nsec: 7)]
            #expect(futimens(descriptor, &times) == 0)
        }
    }

    @Test(arguments: Change.allCases) func aChangeShowsInTheStamp(change: Change) throws {
        let directory = try ScratchDirectory("file")
        let path = try directory.write("abc", to: "a")
        #expect(chmod(path, 0o640) == 0)
        let link = directory.file("link")
        #expect(symlink("a", link) == 0)
        let (stamp, identity) = (FileStamp(link), FileIdentity(link))
        #expect(stamp != nil && identity != nil && stamp == FileStamp(path) && identity == FileIdentity(path))
        #expect(FileIdentity(ofLink: link) != identity && FileIdentity(ofLink: path) == identity)
        // A change of the inode alone (its mode) shows only if the clock of files has gone on.
        if change == .mode { usleep(50_000) }
        try change.make(path)
        #expect((FileStamp(link) == stamp) == (change == .nothing))
        #expect((FileIdentity(link) == identity) == !change.isAnotherFile)
        #expect((FileIdentity(link) == nil) == (change == .removed))
    }

    @Test func anOpenFileIsTheOneAtItsPath() throws {
        let directory = try ScratchDirectory("file")
        let path = try directory.write("abc", to: "a")
        let descriptor = open(path, O_RDONLY)
        #expect(FileIdentity(descriptor: descriptor) == FileIdentity(path))
        close(descriptor)
        #expect(FileIdentity(descriptor: -1) == nil)
        var facts = stat()
        #expect(stat(path, &facts) == 0)
        #expect(
            FileIdentity(device: UInt64(facts.st_dev), node: UInt64(facts.st_ino)) == FileIdentity(path)
                && FileIdentity(device: UInt64(facts.st_dev), node: UInt64(facts.st_ino) + 1) != FileIdentity(path))
    }

    @Test func theClauseNamesTheReason() throws {
        let directory = try ScratchDirectory("file")
        let path = try directory.write("four", to: "a")
        #expect(mkfifo(directory.file("pipe"), 0o600) == 0)
        func clause(_ path: String, _ limit: Int = 4) -> String? {
            if case .failure(let fault) = ReadableFile.contents(path, limit: limit) { fault.clause } else { nil }
        }
        #expect(clause(path) == nil && clause(path, 3) == "it has more than 3 bytes")
        #expect(clause(directory.file("none")) == "it cannot be read (No such file or directory)")
        #expect(clause(directory.path) == "it is not a regular file")
        #expect(clause(directory.file("pipe")) == "it is not a regular file")
    }

    /// What stands where the new file is written first.
    @Test(arguments: ["nothing", "file", "link"]) func aFileIsReplacedAsAWhole(before: String) throws {
        let directory = try ScratchDirectory("file")
        let precious = try directory.write("precious", to: "precious")
        switch before {
        case "file": try directory.write("left behind", to: "a.new")
        case "link": #expect(symlink(precious, directory.file("a.new")) == 0)
        default: break
        }
        for text in ["first", "", "second: \u{FC}"] {
            try WholeFile.replace("a", in: directory.path, with: text)
            #expect(try String(contentsOfFile: directory.file("a"), encoding: .utf8) == text)
            var facts = stat()
            #expect(lstat(directory.file("a"), &facts) == 0 && facts.st_mode == S_IFREG | StateDirectory.fileMode)
        }
        #expect(try String(contentsOfFile: precious, encoding: .utf8) == "precious")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == ["a", "precious"])
    }

    @Test func aFileThatCannotBeReplacedStays() throws {
        let directory = try ScratchDirectory("file")
        try directory.write("inside", to: "a/b")
        #expect { try WholeFile.replace("a", in: directory.path, with: "text") } throws: {
            ($0 as? WholeFile.WriteError)?.cause == "Is a directory"
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["a"])
        #expect { try WholeFile.replace("a", in: directory.file("none"), with: "text") } throws: {
            ($0 as? WholeFile.WriteError)?.cause == "No such file or directory"
        }
    }
}
