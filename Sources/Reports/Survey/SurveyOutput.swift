import Glibc
import Support

/// The target of the results: standard output, or a file that a later run can continue.
final class SurveyOutput {
    /// All lines of results are shorter, in bytes.
    private static let longest = 1 << 18

    private let descriptor: Int32
    /// The path of the file; nil for standard output.
    let path: String?
    private let format: SurveyFormat
    private let hasTimes: Bool
    /// Whether the first line has been written.
    private var isHeaded = false

    private init(_ descriptor: Int32, path: String?, format: SurveyFormat, hasTimes: Bool) {
        self.descriptor = descriptor
        self.path = path
        self.format = format
        self.hasTimes = hasTimes
    }

    deinit { if path != nil { close(descriptor) } }

    /// Returns standard output as the target.
    static func standard(_ format: SurveyFormat, hasTimes: Bool) -> SurveyOutput {
        SurveyOutput(STDOUT_FILENO, path: nil, format: format, hasTimes: hasTimes)
    }

    /// Opens a file that no other survey writes to meanwhile.
    ///
    /// - Parameter resumes: Whether the file may exist.
    /// - Throws: If the file cannot be made, exists, or is in use by another survey.
    static func file(
        _ path: String, _ format: SurveyFormat, hasTimes: Bool, resumes: Bool
    ) throws(SurveyError) -> SurveyOutput {
        // O_NONBLOCK, because open(2) would wait for the reader of a named pipe.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | (resumes ? 0 : O_EXCL), 0o644)
        guard descriptor >= 0 else {
            guard errno != EEXIST else {
                throw SurveyError(
                    EX_CANTCREAT,
                    "\(path): it is there already; --resume goes on with it, and nothing is ever overwritten.")
            }
            throw SurveyError(EX_CANTCREAT, "\(path): it cannot be written (\(SurveyError.words(errno))).")
        }
        let output = SurveyOutput(descriptor, path: path, format: format, hasTimes: hasTimes)
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw SurveyError(EX_CANTCREAT, "\(path): it is not a regular file.")
        }
        // A child of a process that had the file may hold the lock for a moment longer, between fork and exec.
        var isOurs = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        for _ in 0..<50 where !isOurs {
            usleep(20_000)
            isOurs = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        }
        guard isOurs else {
            throw SurveyError(EX_CANTCREAT, "\(path): another survey is writing it.")
        }
        return output
    }

    /// Reads the results of an earlier run, and removes an incomplete last line.
    ///
    /// - Parameters:
    ///   - destinations: The destinations of the survey. The results must be about its first ones, in order.
    ///   - take: Takes in each result.
    /// - Returns: The number of results.
    /// - Throws: If the file has anything else in it. Then it is not changed.
    func resume(of destinations: DestinationList, _ take: (SurveyResult) -> Void) throws(SurveyError) -> Int {
        var lines = LineFile(descriptor, limit: Self.longest)
        var count = 0
        let header = Array(format.header(hasTimes: hasTimes).utf8)
        while let line = try next(&lines) {
            guard line.isEnded else {
                // An incomplete first line must be the beginning of one that danegate writes.
                let wanted = isHeaded || header.isEmpty ? Array(format.beginning.utf8) : header
                guard zip(line.bytes, wanted).allSatisfy(==) else { throw foreign(lines.number) }
                break
            }
            if !isHeaded, !header.isEmpty {
                guard line.bytes == header.dropLast() else { throw foreign(lines.number) }
                isHeaded = true
                continue
            }
            guard let result = format.result(line.bytes), (result.elapsed != nil) == hasTimes else {
                throw foreign(lines.number)
            }
            guard count < destinations.count, destinations[count] == result.domain,
                destinations.recipients(of: count) >= result.recipients
            else {
                throw SurveyError(
                    EX_CANTCREAT,
                    "\(path ?? ""): line \(lines.number) is not of this input: a survey can be resumed with the same "
                        + "input alone, or one to whose end more was added.")
            }
            take(result)
            count += 1
        }
        guard ftruncate(descriptor, off_t(lines.ended)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
            throw SurveyError(EX_IOERR, "\(path ?? ""): it cannot be written (\(SurveyError.words(errno))).")
        }
        return count
    }

    private func next(_ lines: inout LineFile) throws(SurveyError) -> LineFile.Line? {
        do throws(LineFileError) { return try lines.next() } catch {
            switch error {
            case .unreadable(let number):
                throw SurveyError(EX_IOERR, "\(path ?? ""): it cannot be read (\(SurveyError.words(number))).")
            case .overlong: throw foreign(lines.number + 1)
            }
        }
    }

    private func foreign(_ line: Int) -> SurveyError {
        let times = hasTimes ? " with --timings" : ""
        return SurveyError(
            EX_CANTCREAT,
            "\(path ?? ""): line \(line) is no survey result in \(format.rawValue)\(times); the file is left as it is.")
    }

    /// Writes results. The first time it writes the header before them.
    func write(_ results: [SurveyResult]) throws(SurveyError) {
        var text = isHeaded ? "" : format.header(hasTimes: hasTimes)
        isHeaded = true
        for result in results { text += format.line(result) }
        guard let fault = WholeText.put(text, descriptor) else { return }
        let advice = path == nil ? "" : " What is in it is kept: go on with --resume."
        throw SurveyError(
            EX_IOERR, "\(path ?? "standard output"): it cannot be written (\(SurveyError.words(fault))).\(advice)")
    }

    /// Writes all to the disk.
    func finish() throws(SurveyError) {
        if !isHeaded { try write([]) }
        guard path != nil, fdatasync(descriptor) != 0 else { return }
        throw SurveyError(EX_IOERR, "\(path ?? ""): it cannot be written (\(SurveyError.words(errno))).")
    }
}
