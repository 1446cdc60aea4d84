package spice.ledger;

import java.util.Locale;

/// What a ledger line does with its two operands; the constant's name in lower case is its word.
public enum Operation {
    PLUS {
        @Override
        public int apply(int a, int b) {
            return a + b;
        }

        @Override
        public boolean carries(int column) {
            return column > 9;
        }
    },
    MINUS {
        @Override
        public int apply(int a, int b) {
            return a - b;
        }

        @Override
        public boolean carries(int column) {
            return column < 0;
        }
    };

    /// The result for whole operands, or of one column with what was carried into it.
    public abstract int apply(int a, int b);

    /// Whether this column's result carries into (plus) or borrows from (minus) the next.
    public abstract boolean carries(int column);

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
