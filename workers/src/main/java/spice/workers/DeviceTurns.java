package spice.workers;

import io.temporal.activity.ActivityExecutionContext;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.tuning.ActivitySlotInfo;
import io.temporal.worker.tuning.CompositeTuner;
import io.temporal.worker.tuning.FixedSizeSlotSupplier;
import io.temporal.worker.tuning.SlotMarkUsedContext;
import io.temporal.worker.tuning.SlotPermit;
import io.temporal.worker.tuning.SlotReleaseContext;
import io.temporal.worker.tuning.SlotReserveContext;
import io.temporal.worker.tuning.SlotSupplier;
import io.temporal.worker.tuning.SlotSupplierFuture;
import io.temporal.worker.tuning.WorkerTuner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import spice.steps.WorkerHeartbeats;
import spice.workflows.HandedBack;

/// Lets the steps of several task queues take turns on one device. While the device is idle, every queue is polled;
/// while it is busy, no new poll begins. Two queues may answer at the same moment: the second step is then handed
/// back at once, so that no worker holds a step that it cannot start.
final class DeviceTurns implements SlotSupplier<ActivitySlotInfo> {
    private final Set<String> shared;
    private final Set<String> own;
    private final Set<String> asked = new HashSet<>();
    private final List<Ask> waiting = new ArrayList<>();
    private boolean busy;
    private long turnedAway;

    private record Ask(String queue, CompletableFuture<SlotPermit> permit) {}

    /// @param shared queues whose steps need the device and which other workers poll too
    /// @param own queues whose steps need the device and which only this worker polls
    DeviceTurns(Set<String> shared, Set<String> own) {
        this.shared = Set.copyOf(shared);
        this.own = Set.copyOf(own);
    }

    @Override
    public SlotSupplierFuture reserveSlot(SlotReserveContext<ActivitySlotInfo> context) {
        Ask ask = new Ask(context.getTaskQueue(), new CompletableFuture<>());
        synchronized (this) {
            waiting.add(ask);
        }
        grant();
        return SlotSupplierFuture.fromCompletableFuture(ask.permit(), () -> giveUp(ask));
    }

    /// Grants nothing, so that every step comes through a queue.
    @Override
    public Optional<SlotPermit> tryReserveSlot(SlotReserveContext<ActivitySlotInfo> context) {
        return Optional.empty();
    }

    @Override
    public void markSlotUsed(SlotMarkUsedContext<ActivitySlotInfo> context) {
        // The device is taken when the step begins: see gate.
    }

    @Override
    public void releaseSlot(SlotReleaseContext<ActivitySlotInfo> context) {
        synchronized (this) {
            asked.remove((String) context.getSlotPermit().userData);
        }
        grant();
    }

    @Override
    public Optional<Integer> getMaximumSlots() {
        return Optional.of(1);
    }

    private void grant() {
        List<Ask> granted = new ArrayList<>();
        synchronized (this) {
            if (!busy) {
                waiting.stream().filter(ask -> asked.add(ask.queue())).forEach(granted::add);
                waiting.removeAll(granted);
            }
        }
        granted.forEach(ask -> ask.permit().complete(new SlotPermit(ask.queue())));
    }

    private synchronized void giveUp(Ask ask) {
        waiting.remove(ask);
    }

    private synchronized boolean take() {
        boolean taken = !busy;
        busy = true;
        turnedAway += taken ? 0 : 1;
        return taken;
    }

    synchronized boolean isBusy() {
        return busy;
    }

    /// How many steps were handed back because another step had taken the device.
    synchronized long turnedAway() {
        return turnedAway;
    }

    private void leave() {
        synchronized (this) {
            busy = false;
        }
        grant();
    }

    /// Makes the worker that polls one of the queues.
    Worker worker(WorkerFactory factory, String queue) {
        WorkerTuner tuner = new CompositeTuner(
                new FixedSizeSlotSupplier<>(1), this, new FixedSizeSlotSupplier<>(1), new FixedSizeSlotSupplier<>(1));
        return factory.newWorker(
                queue, WorkerHeartbeats.options().setWorkerTuner(tuner).build());
    }

    /// The interceptor that lets one step at a time through to the device and hands the others back.
    WorkerInterceptorBase gate() {
        return new WorkerInterceptorBase() {
            @Override
            public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
                return new Gate(next);
            }
        };
    }

    private final class Gate extends ActivityInboundCallsInterceptorBase {
        private String queue = "";

        Gate(ActivityInboundCallsInterceptor next) {
            super(next);
        }

        @Override
        public void init(ActivityExecutionContext context) {
            queue = context.getInfo().getActivityTaskQueue();
            super.init(context);
        }

        @Override
        public ActivityOutput execute(ActivityInput input) {
            if (!shared.contains(queue) && !own.contains(queue)) {
                return super.execute(input);
            }
            if (!take()) {
                throw own.contains(queue) ? HandedBack.toTheWorkflow() : HandedBack.toTheQueue();
            }
            try {
                return super.execute(input);
            } finally {
                leave();
            }
        }
    }
}
