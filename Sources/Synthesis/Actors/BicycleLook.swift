/// What a bicycle looks like.
struct BicycleLook {
    var frame: Color
    var hasBasket: Bool
    var hasMudguards: Bool
    /// Of its size.
    var scale: Double

    init(random: inout RandomSource) {
        frame = random.pick(PersonLook.clothes).varied(&random, by: 0.06)
        hasBasket = random.chance(0.3)
        hasMudguards = random.chance(0.5)
        scale = random.uniform(0.94...1.06)
    }
}
