import Foundation

/// The sanitizer that this run is under, if any; deploy/sanitize sets it.
public enum Sanitizer {
    /// Whether there is one. It keeps memory for itself (shadow, quarantine, histories), so the memory of a process
    /// says nothing about leaks. And everything takes several times as long.
    public static let isActive = ProcessInfo.processInfo.environment["SANITIZER"] != nil

    /// Whether it is ThreadSanitizer, which blocks all signals while it runs a handler, whatever the handler was
    /// installed with.
    public static let isThread = ProcessInfo.processInfo.environment["SANITIZER"] == "thread"

    /// How often to do something: a tenth of the times under a sanitizer, which sees a leak or a race at the first.
    public static func times(_ count: Int) -> Int { isActive ? count / 10 : count }
}
