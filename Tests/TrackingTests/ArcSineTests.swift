import Foundation
import Testing

@testable import Tracking

@Suite("The arc sine over π")
struct ArcSineTests {
    @Test("agrees with the C library's")
    func values() {
        for step in -1000...1000 {
            let x = Double(step) / 1000
            #expect(abs(arcSineOverPi(x) - asin(x) / .pi) < 1e-15, "\(x)")
        }
        for x in [1e-300, -1e-9, 0.5.nextUp, 0.5.nextDown, 1.0.nextDown] {
            #expect(abs(arcSineOverPi(x) - asin(x) / .pi) < 1e-15, "\(x)")
        }
    }

    @Test("is 0 at 0, and one half at and beyond the ends")
    func ends() {
        #expect(arcSineOverPi(0) == 0)
        #expect(arcSineOverPi(1) == 0.5 && arcSineOverPi(-1) == -0.5)
        #expect(arcSineOverPi(1.0.nextUp) == 0.5 && arcSineOverPi(-7) == -0.5)
    }
}
