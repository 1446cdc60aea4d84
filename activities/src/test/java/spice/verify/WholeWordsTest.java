package spice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WholeWordsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    saffron 347 plus 285 is 632 | 285 is 632 | true
                    saffron 347 plus 285 is 632 | 285 is 63  | false
                    saffron 347 plus 285 is 632 | 47 plus    | false
                    he paid 1,234 crowns        | 1          | false
                    he paid 1,234 crowns        | 234        | false
                    he paid 12.5 crowns         | 12         | false
                    he paid 12. Then he left    | 12         | true
                    it was -5 outside           | 5 outside  | false
                    it was -5 outside           | -5 outside | true
                    pages 3-5                   | 5          | true
                    the spices                  | spice      | false
                    spice, and more             | spice      | true
                    632 632 6321                | 6321       | true
                    香料之路                     | 料之        | true
                    """)
    void noWordAndNoNumberIsCut(String text, String part, boolean found) {
        assertThat(WholeWords.contains(text, part)).isEqualTo(found);
    }
}
