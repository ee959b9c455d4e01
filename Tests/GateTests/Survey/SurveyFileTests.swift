import Foundation
import RuleMarks
import Testing
import WorldServers

@testable import Reports

/// Files that are compressed are read through the program that undoes it, and no file fills memory.
@Suite(.rules("F-96"), .timeLimit(.minutes(5))) struct SurveyFileTests {
    private static let list = (0..<5000).map { "d\($0).example\n" }.joined()

    /// All bytes of a file, the first megabyte of them.
    private static func read(_ path: String) async throws -> (bytes: [UInt8], count: Int) {
        var bytes: [UInt8] = []
        var count = 0
        try await SurveyFile(path: path).read { (part) throws(SurveyError) in
            count += part.count
            bytes += part.prefix(max(0, 1 << 20 - bytes.count))
        }
        return (bytes, count)
    }

    private static func shell(_ script: String, in directory: ScratchDirectory) async throws {
        let (status, output) = try await ChildProcess.run("bash", ["-ec", "cd \(directory.path); \(script)"])
        #expect(status == 0, "\(output)")
    }

    @Test(arguments: ["cat", "gzip", "xz"]) func aFileIsReadWhatever(program: String) async throws {
        let directory = try ScratchDirectory("survey")
        try directory.write(Self.list, to: "list")
        try await Self.shell("\(program) <list >packed; mkfifo pipe", in: directory)
        #expect(try await Self.read(directory.file("packed")).bytes == Array(Self.list.utf8))
        // Two in one, as logrotate's are that were put together; and nothing.
        try await Self.shell("cat packed packed >two; \(program) </dev/null >none", in: directory)
        #expect(try await Self.read(directory.file("two")).bytes == Array((Self.list + Self.list).utf8))
        #expect(try await Self.read(directory.file("none")).count == 0)
        // Through a pipe, which cannot be read twice, a little at a time.
        try Self.trickle(directory.file("packed"), into: directory.file("pipe"))
        #expect(try await Self.read(directory.file("pipe")).bytes == Array(Self.list.utf8))
    }

    /// Writes a file into a pipe, on a thread: the first three bytes, and the others once these have been read.
    ///
    /// It has opened the pipe when it returns. Whoever reads it opens it on a thread of the cooperative pool, which
    /// must not wait there for a writer that needs one too.
    private static func trickle(_ file: String, into path: String) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        // For both, so that it waits for nobody (fifo(7)).
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        try #require(descriptor >= 0)
        Thread.detachNewThread {
            let pipe = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try? pipe.write(contentsOf: bytes.prefix(3))
            var unread: CInt = 3
            while ioctl(descriptor, UInt(FIONREAD), &unread) == 0, unread > 0 { usleep(1000) }
            try? pipe.write(contentsOf: bytes.dropFirst(3))
        }
    }

    @Test(arguments: [
        ("head -c 100 packed.gz", "unexpected end of file"), ("head -c 100 packed.xz", "Unexpected end of input"),
        ("printf '\\x1f\\x8b\\x08\\x00\\x00\\x00\\x00\\x00\\x00\\x03nonsense'", "gzip"),
        ("head -c 60 packed.xz; echo nonsense", "xz"),
    ])
    func aBrokenFileIsNoShorterLog(script: String, why: String) async throws {
        let directory = try ScratchDirectory("survey")
        try directory.write(Self.list, to: "list")
        try await Self.shell("gzip <list >packed.gz; xz <list >packed.xz; { \(script); } >broken", in: directory)
        let path = directory.file("broken")
        let fault = await #expect(throws: SurveyError.self) { _ = try await Self.read(path) }
        #expect(fault?.status == 66)
        #expect(fault?.sentences.joined().contains(why) == true, "\(fault?.sentences ?? [])")
    }

    /// Behind the data of gzip something else may stand: a tape's padding, say.
    @Test func whatStandsBehindIsNoFault() async throws {
        let directory = try ScratchDirectory("survey")
        try directory.write(Self.list, to: "list")
        try await Self.shell("{ gzip <list; head -c 512 /dev/zero; echo x; } >padded", in: directory)
        #expect(try await Self.read(directory.file("padded")).bytes == Array(Self.list.utf8))
    }

    /// A few kilobytes that become gigabytes end at the bound, whoever hands them in.
    @Test(.disabled(if: Sanitizer.isActive, "gigabytes"), arguments: [false, true])
    func aBombIsDefused(isPiped: Bool) async throws {
        let directory = try ScratchDirectory("survey")
        // 64 KB of xz that are 400 MB, eight times.
        try await Self.shell(
            "head -c 400000000 /dev/zero | xz -0 >one; for i in 1 2 3 4 5 6 7 8; do cat one; done >bomb; mkfifo pipe",
            in: directory)
        // Begun before the pipe is opened for reading, which waits for it.
        let writer =
            isPiped ? try await ChildProcess("bash", ["-c", "cat bomb >pipe"], directory: directory.path) : nil
        let path = directory.file(isPiped ? "pipe" : "bomb")
        var count = 0
        let fault = await #expect(throws: SurveyError.self) {
            try await SurveyFile(path: path).read { (part) throws(SurveyError) in count += part.count }
        }
        #expect(fault?.sentences.joined().contains("expands to more than") == true, "\(fault?.sentences ?? [])")
        #expect(count <= 1 << 30)
        await writer?.stop()
    }

    /// Whoever takes the parts may end it.
    @Test(arguments: ["list", "list.gz"]) func theTakerEndsIt(name: String) async throws {
        let directory = try ScratchDirectory("survey")
        try directory.write(String(repeating: Self.list, count: 100), to: "list")
        try await Self.shell("gzip -k list", in: directory)
        let path = directory.file(name)
        let fault = await #expect(throws: SurveyError.self) {
            try await SurveyFile(path: path).read { (_) throws(SurveyError) in throw SurveyError(65, "enough") }
        }
        #expect(fault?.status == 65)
    }

    @Test func aFileThatIsNotThereIsNamed() async throws {
        for path in ["/nonexistent/file", "/"] {
            let fault = await #expect(throws: SurveyError.self) { _ = try await Self.read(path) }
            #expect(fault?.status == 66 && fault?.sentences.first?.hasPrefix(path) == true)
        }
    }
}
