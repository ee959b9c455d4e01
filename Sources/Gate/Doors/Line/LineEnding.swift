/// The event in a connection's pipeline that it must end. It is closed at once afterwards, so its handler may write a
/// last word and flush it.
enum LineEnding: Sendable {
    /// It gives way to another one.
    case displacement
    /// The door is closed.
    case stop
}
