package spice.ui;

import org.openqa.selenium.Keys;
import spice.workflows.TaskQueues;

/// The form that starts a run.
final class StartPage {
    private static final String BUTTON = "button[data-testid=start-workflow-button]";
    private static final String STARTED = "//*[text()[contains(., 'Workflow started successfully')]]";

    private final Browser browser;

    private StartPage(Browser browser) {
        this.browser = browser;
    }

    /// By a link that fills in all but the input, unless there is a run of this id: then its input is filled in,
    /// too.
    static StartPage open(Browser browser, String run) {
        browser.open("workflows/start-workflow?workflowId=%s&taskQueue=%s&workflowType=SelfPlayRun"
                .formatted(run, TaskQueues.RUNS));
        browser.await(".cm-content");
        browser.awaitText("Task Queue is Active");
        return new StartPage(browser);
    }

    /// The same with what a run of this id was given, once that is there.
    static StartPage openTemplate(Browser browser, String run) {
        StartPage page = open(browser, run);
        browser.await("//*[contains(@class, 'cm-content')][contains(., 'preset')]");
        return page;
    }

    StartPage rename(String run) {
        browser.type("#workflowId", Keys.chord(Keys.CONTROL, "a") + run);
        return this;
    }

    StartPage input(String json) {
        browser.type(".cm-content", json);
        // The editor lays it out anew when it is left, and moves the button.
        browser.press("h1");
        return this;
    }

    /// Starts it and goes to its page.
    RunPage start() {
        browser.press(BUTTON, STARTED);
        browser.press(STARTED, RunPage.STATUS);
        return new RunPage(browser);
    }
}
