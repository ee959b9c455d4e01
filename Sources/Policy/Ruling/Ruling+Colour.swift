package import Support

extension Ruling.Action {
    /// The colour that it is shown in.
    package var colour: TerminalPage.Colour {
        switch self {
        case .accept: .green
        case .tempfail: .yellow
        case .reject: .red
        }
    }
}
