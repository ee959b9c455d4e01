import Glibc

/// The target that the environment names; deploy/fuzz sets it.
private let chosen = FuzzTarget.all.first { $0.name == getenv("FUZZ_TARGET").map { String(cString: $0) } }

/// libFuzzer's start. Without a target, or with one that does not exist, the program lists them and ends.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    guard chosen == nil else { return 0 }
    print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
    exit(getenv("FUZZ_TARGET") == nil ? 0 : 64)
}

/// libFuzzer's input. A property that does not hold ends the process like a crash, so that the input is kept.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try chosen?.run(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}
