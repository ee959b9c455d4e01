/// How a file is compressed, told by its first bytes, and the program that undoes it.
enum Compression: String, CaseIterable {
    case gzip, xz, bzip2, zstd

    /// So many first bytes tell.
    static let magicLength = 6

    /// - Returns: nil if the bytes are those of none.
    init?(_ beginning: some Collection<UInt8>) {
        guard let found = Self.allCases.first(where: { beginning.starts(with: $0.magic) }) else { return nil }
        self = found
    }

    private var magic: [UInt8] {
        switch self {
        case .gzip: [0x1F, 0x8B, 0x08]
        case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
        case .bzip2: [0x42, 0x5A, 0x68]
        case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
        }
    }

    /// Read from standard input, write to standard output. xz is told how much memory a dictionary may take.
    var arguments: [String] {
        switch self {
        case .gzip, .bzip2: ["-dc"]
        case .xz: ["-dc", "--memlimit-decompress=512MiB"]
        case .zstd: ["-dcq", "--memory=512MB"]
        }
    }

    /// Debian's package.
    var package: String { self == .xz ? "xz-utils" : rawValue }
}
