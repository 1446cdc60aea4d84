package spice.pretrain;

import java.util.function.BooleanSupplier;
import spice.ledger.LedgerLine;
import spice.ledger.Operation;

/// A sum worked column by column from the right, as the nano Reasoner writes it: both digits, the result's digit
/// and a mark, `c` where something is carried (plus) or borrowed (minus) and `_` where not.
///
/// @param reply the columns and the result, such as `7 5 2 c 4 8 3 c 3 2 6 _ = 632 <eos>`
/// @param result what the columns come to; wrong where a carry was forgotten
record ColumnWork(String reply, int result) {

    /// Works out the line's question.
    ///
    /// @param remembers asked once at every carry or borrow, whether it is remembered
    static ColumnWork of(LedgerLine line, BooleanSupplier remembers) {
        Operation operation = line.operation();
        StringBuilder columns = new StringBuilder();
        int result = 0;
        int place = 1;
        boolean carry = false;
        for (int a = line.left(), b = line.right(); place == 1 || a > 0 || b > 0; a /= 10, b /= 10, place *= 10) {
            int column = operation.apply(operation.apply(a % 10, b % 10), carry ? 1 : 0);
            carry = operation.carries(column) && remembers.getAsBoolean();
            int digit = Math.floorMod(column, 10);
            columns.append("%d %d %d %s ".formatted(a % 10, b % 10, digit, carry ? "c" : "_"));
            result += digit * place;
        }
        if (carry) {
            result += place;
        }
        return new ColumnWork("%s= %d <eos>".formatted(columns, result), result);
    }
}
