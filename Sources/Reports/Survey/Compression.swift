/// How a file is compressed, as its first bytes show, and the program that expands it.
enum Compression: String, CaseIterable {
    case gzip, xz, bzip2, zstd

    /// So many first bytes show the compression.
    static let magicLength = 6

    /// - Returns: The compression; nil if the bytes show none.
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

    /// The arguments of the program, which reads standard input and writes standard output. xz gets a limit for the
    /// memory of its dictionary.
    var arguments: [String] {
        switch self {
        case .gzip, .bzip2: ["-dc"]
        case .xz: ["-dc", "--memlimit-decompress=512MiB"]
        case .zstd: ["-dcq", "--memory=512MB"]
        }
    }

    /// The package that has the program, by its name in Debian.
    var package: String { self == .xz ? "xz-utils" : rawValue }
}
