package spice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import spice.domain.Seed;

class ScheduleTest {
    private static final Set<Disturbance> ALL = EnumSet.allOf(Disturbance.class);

    @Test
    void aSeedGivesTheSameScheduleAgainAndAnotherSeedAnother() {
        assertThat(Schedule.draw(new Seed(7), ALL)).isEqualTo(Schedule.draw(new Seed(7), ALL));
        assertThat(Schedule.draw(new Seed(7), ALL)).isNotEqualTo(Schedule.draw(new Seed(8), ALL));
    }

    @Test
    void fiftyRunsHaveMoreThanTwoHundredKillsAndEveryKind() {
        List<Disturbance> drawn = LongStream.rangeClosed(1, 50)
                .mapToObj(seed -> Schedule.draw(new Seed(seed), ALL))
                .flatMap(schedule -> schedule.events().stream())
                .map(Schedule.Event::kind)
                .toList();

        assertThat(drawn).filteredOn(Disturbance::isKill).hasSizeGreaterThan(200);
        assertThat(drawn).contains(Disturbance.values());
    }

    @Test
    void onlyTheKindsAskedForHappen() {
        Set<Disturbance> kinds = EnumSet.of(Disturbance.KILL_S3, Disturbance.S3_SLOW);

        assertThat(Schedule.draw(new Seed(1), kinds).events())
                .extracting(Schedule.Event::kind)
                .hasSameElementsAs(kinds);
        assertThat(Schedule.draw(new Seed(1), EnumSet.of(Disturbance.S3_SLOW)).events())
                .extracting(Schedule.Event::kind)
                .containsExactly(Disturbance.S3_SLOW, Disturbance.S3_SLOW);
    }

    @Test
    void aMomentIsNamedByTheResultsBeforeIt() {
        Timeline timeline = new Timeline(List.of(
                new Timeline.Point(Duration.ZERO, 1),
                new Timeline.Point(Duration.ofSeconds(2), 5),
                new Timeline.Point(Duration.ofSeconds(10), 6)));

        assertThat(timeline.moment(0.1)).isEqualTo(new Timeline.Moment(1, Duration.ofSeconds(1)));
        assertThat(timeline.moment(0.2)).isEqualTo(new Timeline.Moment(5, Duration.ZERO));
        assertThat(timeline.moment(0.9)).isEqualTo(new Timeline.Moment(5, Duration.ofSeconds(7)));
    }
}
