package spice.ui;

import org.openqa.selenium.Keys;
import spice.workflows.TaskQueues;

/// The form that starts a run.
final class StartPageDriver {
    private static final String BUTTON = "button[data-testid=start-workflow-button]";
    private static final String STARTED = "//*[text()[contains(., 'Workflow started successfully')]]";

    private final Browser browser;

    private StartPageDriver(Browser browser) {
        this.browser = browser;
    }

    /// Opens the form by a link that fills in everything except the input. If a run of this id exists, its input is
    /// filled in as well.
    static StartPageDriver open(Browser browser, String run) {
        browser.open("workflows/start-workflow?workflowId=%s&taskQueue=%s&workflowType=SelfPlayRun"
                .formatted(run, TaskQueues.RUNS));
        browser.await(".cm-content");
        browser.awaitText("Task Queue is Active");
        return new StartPageDriver(browser);
    }

    /// Opens the form with the input of a run of this id, and waits for that input.
    static StartPageDriver openTemplate(Browser browser, String run) {
        StartPageDriver page = open(browser, run);
        browser.await("//*[contains(@class, 'cm-content')][contains(., 'preset')]");
        return page;
    }

    StartPageDriver rename(String run) {
        browser.type("#workflowId", Keys.chord(Keys.CONTROL, "a") + run);
        return this;
    }

    StartPageDriver input(String json) {
        browser.type(".cm-content", json);
        // The editor reformats its text when it loses the focus, and so moves the button.
        browser.press("h1");
        return this;
    }

    /// Starts the run and opens its page.
    RunPageDriver start() {
        browser.press(BUTTON, STARTED);
        browser.press(STARTED, RunPageDriver.STATUS);
        return new RunPageDriver(browser);
    }
}
