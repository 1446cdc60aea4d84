package spice.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import spice.activities.Checkpoints;
import spice.activities.WrittenRun;
import spice.live.LiveServer;
import spice.report.LiveRun;
import spice.report.Report;
import spice.report.Standing;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.workflows.CheckpointRef;
import spice.workflows.RunProgress;

/// A run's page in a real browser: as a file and while the run goes on.
@ExtendWith(WebUi.class)
class ReportPageTest {
    /// Every way that we know for a text to become a script, and the characters that end JSON or an element.
    private static final String HOSTILE =
            "</script><script>window.harmed = 1</script><img src=x onerror='window.harmed = 2'>"
                    + "<!--\u2028\u2029{{data}} \"quoted\" & <b>bold</b> javascript:alert(1)";

    private static final String LINEAGE = "report";

    @TempDir
    private Path folder;

    private final InMemoryBlobStore store = new InMemoryBlobStore();

    private WrittenRun written(String words) {
        WrittenRun run = new WrittenRun(store, LINEAGE, words);
        run.begin();
        return run;
    }

    private URI report(Optional<Standing> standing) throws IOException {
        CheckpointRef last = new Checkpoints(store).last(LINEAGE).orElseThrow();
        Report report = Report.of(store, "s3://spice", LINEAGE, last, standing, Optional.empty());
        return Files.write(folder.resolve("report.html"), report.html()).toUri();
    }

    private static void awaitReady(Browser browser) {
        browser.await("html[data-ready]");
    }

    @Test
    void hostileTextsAreTextsAndNothingElse(Browser browser) throws IOException {
        WrittenRun run = written(HOSTILE);
        BlobRef corpus = run.corpus();
        run.commit(1, corpus);
        run.evaluate(run.commit(2, corpus), 15);
        run.cross(run.commit(3, corpus));
        browser.look(1280, false);
        browser.visit(report(Optional.of(Standing.ended("failed", Optional.of("TRAINING_DIVERGED: " + HOSTILE)))));
        awaitReady(browser);
        browser.run("document.querySelectorAll('details').forEach(details => details.open = true)");
        browser.await("#documents table");

        assertThat(browser.text("#trouble")).contains("TRAINING_DIVERGED: </script><script>window.harmed = 1");
        assertThat(browser.text("#cards")).contains("<img src=x onerror='window.harmed = 2'>");
        assertThat(browser.text("#documents")).contains("</script><script>");
        assertThat(browser.text("#crossing")).contains("<b>bold</b>");
        assertThat(browser.run("return document.querySelectorAll('img, b, iframe, object').length"))
                .isEqualTo(0L);
        assertThat(browser.run("return window.harmed === undefined")).isEqualTo(true);
    }

    /// What would get past the escaping is stopped by the policy: a script that is put on the page afterwards, an
    /// event handler, HTML from text, a connection.
    @Test
    void thePolicyLetsNoOtherScriptRun(Browser browser) throws IOException {
        written("").commit(1, new WrittenRun(store, LINEAGE, "").corpus());
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        Object refused = browser.runAsync("""
                const done = arguments[arguments.length - 1];
                const refused = [];
                document.addEventListener('securitypolicyviolation', event => refused.push(event.effectiveDirective));
                const attempts = [
                  () => { const script = document.createElement('script'); script.append('window.harmed = 1'); document.body.append(script); },
                  () => { const image = document.createElement('img'); image.src = 'x'; image.setAttribute('onerror', 'window.harmed = 2'); document.body.append(image); },
                  () => { document.body.innerHTML = '<p>gone</p>'; },
                  () => { fetch('https://127.0.0.1:1/').catch(() => {}); },
                ];
                for (const attempt of attempts) { try { attempt(); } catch (e) { refused.push(e.name); } }
                setTimeout(() => done(refused.join(' ') + ' ' + window.harmed + ' ' + document.querySelectorAll('main').length), 500);
                """);
        assertThat((String) refused)
                .contains("TypeError TypeError", "require-trusted-types-for", "img-src", "connect-src")
                .endsWith("undefined 1");
    }

    @ParameterizedTest
    @CsvSource({"1280, false", "1280, true", "390, false", "390, true"})
    void isAccessible(int width, boolean isDark, Browser browser) throws IOException {
        WrittenRun run = written("");
        BlobRef corpus = run.corpus();
        for (int iteration = 1; iteration < 12; iteration++) {
            run.evaluate(run.commit(iteration, corpus), 6 + iteration);
        }
        run.cross(run.commit(12, corpus));
        browser.look(width, isDark);
        browser.visit(report(Optional.of(Standing.ended("failed", Optional.of("ABORTED: wrong corpus")))));
        awaitReady(browser);
        browser.run("document.querySelectorAll('details').forEach(details => details.open = true)");
        browser.screenshot("report-%d-%s".formatted(width, isDark ? "dark" : "light"));
        try (InputStream axe = getClass().getResourceAsStream("/axe.min.js")) {
            browser.run(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        }
        Object serious = browser.runAsync("""
                const done = arguments[arguments.length - 1];
                axe.run().then(result => done(result.violations
                    .filter(found => ['serious', 'critical'].includes(found.impact))
                    .map(found => found.id + ': ' + found.nodes.map(node => node.html.slice(0, 200)).join(' | '))));
                """);
        assertThat((List<?>) serious).isEmpty();
        assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .isEqualTo(true);
    }

    @Test
    void tasksAreFoundByVerdictKindFileAndText(Browser browser) throws IOException {
        WrittenRun run = written("");
        run.commit(1, run.corpus());
        run.commit(2, run.corpus());
        browser.look(1280, false);
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        assertThat(browser.text("#found")).startsWith("18 tasks");
        choose(browser, "by-verdict", "refused");
        assertThat(browser.text("#found")).startsWith("2 tasks of 18");
        choose(browser, "by-iteration", "2");
        assertThat(browser.text("#found")).startsWith("1 task of 18");
        choose(browser, "by-verdict", "");
        choose(browser, "by-kind", "integer");
        choose(browser, "by-source", "ledgers/3");
        assertThat(browser.text("#found")).startsWith("1 task of 18");
        assertThat(browser.text("#cards")).contains("saffron 5 plus 285", "✓ correct", "✗ wrong");
        assertThat(browser.text("#cards mark")).isEqualTo("saffron 5 plus 285 is 290");
        choose(browser, "by-text", "nowhere");
        assertThat(browser.text("#found")).startsWith("None of the 18");
    }

    private static void choose(Browser browser, String id, String value) {
        browser.run(
                "const field = document.getElementById(arguments[0]); field.value = arguments[1];"
                        + " field.dispatchEvent(new Event('input', {bubbles: true}))",
                id,
                value);
    }

    @Test
    void chartsAreWalkedWithTheKeyboardAndHaveTables(Browser browser) throws IOException {
        WrittenRun run = written("");
        run.evaluate(run.commit(1, run.corpus()), 15);
        run.commit(2, run.corpus());
        browser.look(1280, false);
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        String chart = "#plot-held-out";
        browser.type(chart, Keys.HOME);
        assertThat(browser.await(chart).getDomAttribute("aria-valuetext"))
                .startsWith("iteration 0: greedy 30.0\u00a0% (10.0\u00a0% to 50.0\u00a0%)");
        browser.type(chart, Keys.ARROW_RIGHT);
        assertThat(browser.await(chart).getDomAttribute("aria-valuetext"))
                .startsWith("iteration 1: greedy 75.0\u00a0%");
        browser.press("#chart-held-out summary");
        assertThat(browser.await("#chart-held-out table").getText()).contains("0 30.0 %", "1 75.0 %");
    }

    /// The run is real, its steps are scripted: while an iteration trains, what it would have written is written.
    @Test
    void theLivePageFollowsARun(Browser browser, ScriptedStack stack) throws Exception {
        WrittenRun run = new WrittenRun(store, "live", "");
        run.begin();
        BlobRef corpus = run.corpus();
        LiveRun.Temporal temporal = new LiveRun.Temporal() {
            @Override
            public Optional<Standing> standing(String lineage) {
                return Optional.of(
                        Standing.of(stack.client.newUntypedWorkflowStub(lineage).query("progress", RunProgress.class)));
            }

            @Override
            public Optional<String> page(String lineage) {
                return Optional.of(stack.ui()
                        .resolve("/namespaces/default/workflows/" + lineage)
                        .toString());
            }
        };
        stack.holdTraining();
        stack.start("live", Map.of("iterations", 3));
        stack.awaitChild("live/iteration-1");
        try (LiveServer server = LiveServer.start(
                store, "s3://spice", temporal, "token", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            browser.look(1280, true);
            browser.visit(server.home().resolve("live/"));
            browser.awaitText("· live");
            browser.run("window.sameDocument = true");
            run.evaluate(run.commit(1, corpus), 12);
            browser.await("//*[@id='state'][contains(., '1 of 3 iterations')]");
            browser.awaitText("saffron 1 plus 285");
            browser.screenshot("live-first");
            run.commit(2, corpus);
            run.cross(run.commit(3, corpus));
            browser.await("//*[@id='state'][contains(., '3 of 3 iterations')]");
            browser.awaitText("Both Challengers posed on the same documents");
            assertThat(browser.run("return window.sameDocument")).isEqualTo(true);
            stack.repair();
            stack.result("live");
            browser.await("//*[@id='state'][contains(., 'done')]");
            browser.screenshot("live-done");
            browser.run("document.querySelector('#cards a').click()");
            browser.awaitText("live/iteration-3");
        }
    }

    /// Figures of how long it takes stand in docs/LOG.md; here it only has to open.
    @Test
    void aThousandIterationsOpen(Browser browser) throws IOException {
        WrittenRun run = written("and so on ".repeat(20));
        BlobRef corpus = run.corpus();
        for (int iteration = 1; iteration <= 1000; iteration++) {
            run.commit(iteration, corpus);
        }
        browser.look(1280, false);
        browser.visit(report(Optional.empty()));
        awaitReady(browser);
        System.out.printf(
                "1,000 iterations, %.1f MB, open after %s ms%n",
                Files.size(folder.resolve("report.html")) / 1e6,
                browser.run("return Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)"));
        assertThat(browser.text("#state")).startsWith("1,000 iterations");
    }
}
