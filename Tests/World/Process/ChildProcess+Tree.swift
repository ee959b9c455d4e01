import Foundation

extension ChildProcess {
    /// It, its children, and theirs, as far as they live (proc(5), children).
    public var tree: [Int32] { Self.tree(pid) }

    private static func tree(_ pid: Int32) -> [Int32] {
        let path = "/proc/\(pid)/task/\(pid)/children"
        let children = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: " ") ?? []
        return [pid] + children.compactMap { Int32($0) }.flatMap(tree)
    }
}
