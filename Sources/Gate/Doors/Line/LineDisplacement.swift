/// The event in a connection's pipeline that it must give way to another one. It is closed at once afterwards, so its
/// handler may write a last word and flush it.
struct LineDisplacement: Sendable {}
