import Mustache

/// A result with what only administrators see beside it. The template sees both as one.
struct ResultContent: MustacheParent {
    let view: ResultView
    let acts: Acts.View?

    func child(named name: String) -> Any? {
        if name == "acts" { return acts }
        return Mirror(reflecting: view).children.first { $0.label == name }.flatMap { Self.unwrapped($0.value) }
    }

    private static func unwrapped(_ value: Any) -> Any? {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return value }
        return mirror.children.first?.value
    }
}
