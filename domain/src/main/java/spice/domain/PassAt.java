package spice.domain;

import static spice.domain.Check.require;

/// How often a question is solved by at least one of several samples, and by one on average.
public final class PassAt {
    private PassAt() {}

    /// The chance that at least one of `k` samples is correct, estimated without bias from `n >= k` samples of
    /// which `c` are correct: `1 - C(n - c, k) / C(n, k)` (Chen et al. 2021, arXiv 2107.03374, Eq 1), as a
    /// product of ratios because the binomials overflow.
    public static double passAt(int k, int n, int c) {
        require(k >= 1 && k <= n, "pass@%d needs as many samples, got %d", k, n);
        require(c >= 0 && c <= n, "%d correct of %d samples", c, n);
        double noneCorrect = 1;
        for (int i = n - c + 1; i <= n; i++) {
            noneCorrect *= Math.max(0, 1 - (double) k / i);
        }
        return 1 - noneCorrect;
    }

    /// mean@n: the share of `n` samples that are correct.
    public static double mean(int n, int c) {
        require(n >= 1, "a mean of no samples");
        require(c >= 0 && c <= n, "%d correct of %d samples", c, n);
        return (double) c / n;
    }
}
