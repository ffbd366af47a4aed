/// The arc sine over π: −0.5…0.5 for −1…1; what lies beyond is taken for the nearer end.
///
/// Agreement of directions is measured in it: with θ the angle between two directions, (π/2 − θ)/π = arcsin(cos θ)/π.
/// It is made of additions, multiplications and square roots only, so that it gives the same on every machine, which no
/// C library promises of its own. The error is below 10⁻¹⁵.
func arcSineOverPi(_ cosine: Double) -> Double {
    let magnitude = min(cosine.magnitude, 1)
    let isSteep = magnitude > 0.5
    // arcsin x = π/2 − 2·arcsin √((1 − x)/2) takes the steep end back to the flat part.
    let square = isSteep ? (1 - magnitude) / 2 : magnitude * magnitude
    let argument = isSteep ? square.squareRoot() : magnitude
    // Chebyshev's fit of arcsin(√z)/√z on 0…0.25, from the highest power down.
    var quotient = 0.03187962140081284
    quotient = quotient * square - 0.016187392271599134
    quotient = quotient * square + 0.019513468251252167
    quotient = quotient * square + 0.0065293020047365695
    quotient = quotient * square + 0.012170138592391726
    quotient = quotient * square + 0.01388484282640208
    quotient = quotient * square + 0.01735977964134998
    quotient = quotient * square + 0.022371749733164054
    quotient = quotient * square + 0.03038195969768514
    quotient = quotient * square + 0.044642856805998936
    quotient = quotient * square + 0.07500000000385201
    quotient = quotient * square + 0.16666666666664942
    quotient = quotient * square + 1
    let flat = argument * quotient / .pi
    let result = isSteep ? 0.5 - 2 * flat : flat
    return cosine < 0 ? -result : result
}
