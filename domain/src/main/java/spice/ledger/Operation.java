package spice.ledger;

import java.util.Locale;

/// The operation of a ledger line on its two operands. Its word is the constant's name in lower case.
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

    /// The result for whole operands. For one column, apply it to the two digits, then to that result and the
    /// carry.
    public abstract int apply(int a, int b);

    /// Whether this result of a column carries into (plus) or borrows from (minus) the next column.
    public abstract boolean carries(int column);

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
