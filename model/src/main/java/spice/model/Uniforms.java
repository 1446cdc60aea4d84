package spice.model;

/// Uniform random numbers by seed and position, independent of what was drawn before: SplitMix64 (Steele, Lea,
/// Flood 2014) started from the scrambled seed.
final class Uniforms {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
    private static final double UNIT = 0x1p-53;

    private Uniforms() {}

    /// A number in [0, 1), a multiple of 2^-53.
    static double uniform(long seed, long position) {
        // Without scrambling the seed, seeds that differ by the gamma would share numbers, one position apart.
        return (scramble(scramble(seed) + GOLDEN_GAMMA * (position + 1)) >>> 11) * UNIT;
    }

    private static long scramble(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
