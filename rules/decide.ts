/** The one place where happenings become plans. Only sequences: what each part does stands in `alarm/` and `response/`. */

import type { Actor } from "#model/account";
import { type Alarm, isAnnunciated } from "#model/alarm";
import type { Command, Happening, Plan, View } from "#model/plan";
import type { TicketClass } from "#model/policy";
import type { Transition } from "#model/rule";
import { type Instant, milliseconds } from "#model/time";
import { acknowledge } from "./alarm/acknowledge.ts";
import { acknowledgeSeen } from "./alarm/acknowledge-seen.ts";
import { dueReturns, endChatter, shiftChatter } from "./alarm/chatter.ts";
import { noteDevices, raiseSilentDevices } from "./alarm/communication.ts";
import { countTold, endFloods, shiftTides } from "./alarm/flood.ts";
import { activate, changeLevel, inputBad, inputGood, returnToNormal } from "./alarm/lifecycle.ts";
import { askAgain, shiftReAlarms } from "./alarm/re-alarm.ts";
import { refusedWithNote } from "./alarm/refusals.ts";
import { reset, unacknowledge } from "./alarm/reset.ts";
import { noteRuleEdits, revisionOf } from "./alarm/revision.ts";
import { putIn, remindOfReviews, shiftOutages, takeOut } from "./alarm/service.ts";
import { type Changed, endDueShelves, shelve, shiftShelves, unshelve } from "./alarm/shelving.ts";
import { definitionOf } from "./alarm/standing.ts";
import { considerCauses, endSuppressions, foldConsequences, shiftWaits } from "./alarm/suppression.ts";
import { raiseTrouble } from "./alarm/trouble.ts";
import { createDraft, type Draft, emptyPlan, refuse } from "./draft.ts";
import { draftAccidentByHand, fillAccident, signAccident } from "./response/accident.ts";
import { allowWrite } from "./response/allow-write.ts";
import { answerAlarm, noteRecovery, noteRelapse } from "./response/answer-alarm.ts";
import { attachFile } from "./response/attach.ts";
import { auditTickets } from "./response/audit.ts";
import { fillFireLog, watchFireLog } from "./response/fire-log.ts";
import { watchFireRoom } from "./response/fire-room.ts";
import { fillHandover, openHandover, signHandover, watchHandovers } from "./response/handover.ts";
import { judgedAs } from "./response/judged-as.ts";
import { keepPolicies } from "./response/keep-policies.ts";
import { refusedLate } from "./response/late-refusals.ts";
import { mergeSilent } from "./response/merge-silent.ts";
import { approveNotice, discardNotice, draftNotice, withdrawNotice } from "./response/notice.ts";
import { reportReach } from "./response/notice-reach.ts";
import { openByHand } from "./response/open-by-hand.ts";
import { takeStep } from "./response/steps.ts";
import { watchNotices } from "./response/watch-notices.ts";
import { recountWorkdays, shiftTickets, watchTickets } from "./response/watch-tickets.ts";
import { applyLearned, takeBackLearned } from "./tuning/apply-learned.ts";

/** Decides what lasts after `happening` at `now`. Reads the view, changes nothing; the same input gives the same plan. */
export function decide(view: View, happening: Happening, now: Instant): Plan {
  const plan = countTold(view, decideAlone(view, happening, now), now);
  if (happening.type === "tick") return endFloods(view, plan, now);
  return happening.type === "clock-step" ? shiftTides(view, plan, happening.by) : plan;
}

/** As if nobody sat before alarms: what a flood changes is added to it. */
function decideAlone(view: View, happening: Happening, now: Instant): Plan {
  switch (happening.type) {
    case "record":
      return { ...emptyPlan, ...happening.rows };
    case "command": {
      const draft = () => createDraft(view, now, happening.actor.id);
      const plan = decideCommand(draft(), happening.command, happening.actor);
      const noted = refusedWithNote(draft(), happening.command, plan);
      return refusedLate(draft(), happening.command, happening.actor, noted);
    }
    case "conditions": {
      const draft = createDraft(view, now, "gatehouse");
      for (const transition of happening.transitions) judge(draft, transition);
      return draft.finish();
    }
    case "communication": {
      const draft = createDraft(view, now, "gatehouse");
      for (const alarm of noteDevices(draft, happening.changes)) noteRecovery(draft, alarm);
      return draft.finish();
    }
    case "tick": {
      const draft = createDraft(view, now, "gatehouse");
      for (const alarm of endDueShelves(draft, false)) answerByRule(draft, alarm);
      for (const alarm of raiseSilentDevices(draft)) {
        answer(draft, alarm, "comms_loss");
        foldConsequences(draft, draft.alarm(alarm.id) ?? alarm);
        mergeSilent(draft, alarm.id);
      }
      for (const { alarm, because } of dueReturns(draft)) {
        const latch = view.site.rules.find((rule) => rule.id === alarm.rule)?.latch ?? false;
        const returned = returnToNormal(draft, alarm.id, latch, because, true);
        if (returned) noteRecovery(draft, returned);
      }
      endChatter(draft);
      for (const alarm of askAgain(draft, false)) answerByRule(draft, alarm);
      for (const alarm of endSuppressions(draft)) answerByRule(draft, alarm);
      remindOfReviews(draft);
      watchHandovers(draft);
      watchFireLog(draft);
      watchFireRoom(draft);
      watchTickets(draft, false);
      auditTickets(draft, false);
      watchNotices(draft);
      return draft.finish();
    }
    case "clock-step": {
      const draft = createDraft(view, now, "gatehouse");
      draft.record("site", "clock-step", { by: happening.by });
      shiftTickets(draft, happening.by);
      shiftShelves(draft, happening.by);
      shiftWaits(draft, happening.by);
      shiftChatter(draft, happening.by);
      shiftOutages(draft, happening.by);
      shiftReAlarms(draft, happening.by);
      return draft.finish();
    }
    case "started": {
      const draft = createDraft(view, now, "gatehouse");
      draft.record("site", "engine-started", {
        revision: view.site.revision,
        ...(happening.lastSeen === undefined ? {} : { downFor: now - happening.lastSeen }),
      });
      noteRuleEdits(draft, happening.judged);
      keepPolicies(draft);
      recountWorkdays(draft);
      for (const alarm of view.alarms.values()) inputBad(draft, alarm.id, "restart", happening.lastSeen);
      for (const alarm of endDueShelves(draft, true)) answerByRule(draft, alarm);
      for (const alarm of askAgain(draft, true)) answerByRule(draft, alarm);
      watchTickets(draft, true);
      auditTickets(draft, true);
      return draft.finish();
    }
  }
}

/** An alarm that people are told about gets its ticket; one that they are not told about never opens any. */
function answer(draft: Draft, alarm: Alarm | undefined, wanted: TicketClass | undefined): void {
  if (!alarm || !wanted) return;
  if (isAnnunciated(alarm)) answerAlarm(draft, alarm, wanted);
  else noteRelapse(draft, alarm);
}

/** An alarm became active: it may be a consequence, and it may explain others. */
function risen(draft: Draft, alarm: Alarm, wanted: TicketClass | undefined): void {
  const standing = considerCauses(draft, alarm);
  answer(draft, standing, wanted);
  foldConsequences(draft, draft.alarm(alarm.id) ?? standing);
}

/** As `answer`, for an alarm that no verdict brought here: its rule says which ticket it asks for. */
const answerByRule = (draft: Draft, alarm: Alarm): void =>
  answer(draft, alarm, definitionOf(draft.view.site, alarm.id)?.ticket);

/** One verdict of one rule on one device. */
function judge(draft: Draft, transition: Transition): void {
  const { rule, id, device } = transition.instance;
  switch (transition.to) {
    case "active":
      risen(
        draft,
        activate(draft, {
          id,
          rule: rule.id,
          device,
          title: rule.title,
          advice: rule.advice,
          lifeSafety: rule.lifeSafety,
          latch: rule.latch,
          severity: transition.severity,
          because: transition.because,
          inputs: transition.inputs,
          revision: revisionOf(rule),
          heldFor: milliseconds(transition.heldFor),
        }),
        rule.ticket,
      );
      return;
    case "normal": {
      const alarm = returnToNormal(draft, id, rule.latch, transition.because);
      if (alarm) noteRecovery(draft, alarm);
      return;
    }
    case "unknown":
      inputBad(draft, id, transition.inputs.find((input) => input.quality !== "good")?.point ?? "unknown");
      return;
    case "known":
      inputGood(draft, id);
      return;
    case "trouble": {
      const alarm = raiseTrouble(draft, transition);
      if (alarm) answerByRule(draft, alarm);
      return;
    }
    case "trouble-over": {
      const alarm = returnToNormal(draft, transition.instance.trouble ?? "", false, transition.because);
      if (alarm) noteRecovery(draft, alarm);
      return;
    }
    case "level":
      answer(draft, changeLevel(draft, id, transition.severity, transition.because), rule.ticket);
      return;
  }
}

/** The changed alarm, told and answered when it has just come back to people's attention. */
function changed(draft: Draft, result: Changed, told = false): Plan {
  if ("refused" in result) return result.refused;
  if (told && result.alarm.process === "active") answerByRule(draft, result.alarm);
  return draft.finish({ alarm: result.alarm.id });
}

/** Whoever acknowledges an alarm has seen its ticket; an alarm of a test or of maintenance makes it one of those. */
function acknowledgeTicket(
  draft: Draft,
  alarm: string,
  actor: Actor,
  { reason, comment }: { readonly reason?: string; readonly comment?: string },
): void {
  const no = draft.alarm(alarm)?.ticket;
  const found = no === undefined ? undefined : draft.ticket(no);
  if (!found || found.closedAt !== undefined) return;
  const ticket = judgedAs(draft, found, reason);
  const said = { ...(reason === undefined ? {} : { reason }), ...(comment ? { note: comment } : {}) };
  if (ticket.acknowledgedBy === undefined)
    takeStep(draft, { do: "ticket-step", ticket: ticket.no, step: "acknowledge", ...said }, actor);
  else if (reason !== undefined) draft.putTicket(ticket, "ticket-alarm-acknowledged", { alarm, ...said });
}

function decideCommand(draft: Draft, command: Command, actor: Actor): Plan {
  switch (command.do) {
    case "acknowledge-alarm": {
      const result = acknowledge(draft, command, actor.name);
      if ("refused" in result) return result.refused;
      if (result.already === undefined) acknowledgeTicket(draft, command.alarm, actor, command);
      return draft.finish({
        alarm: command.alarm,
        ...(result.already === undefined ? {} : { already: result.already }),
      });
    }
    case "acknowledge-seen":
      return draft.finish({
        seen: acknowledgeSeen(draft, command, actor.name, (alarm) => acknowledgeTicket(draft, alarm, actor, command)),
      });
    case "comment-alarm": {
      const alarm = draft.alarm(command.alarm);
      if (!alarm)
        return refuse(404, "no-such-alarm", `没有告警 ${command.alarm}。`, `There is no alarm ${command.alarm}.`);
      draft.putAlarm({ ...alarm, comment: command.comment }, "comment", { comment: command.comment });
      return draft.finish({ alarm: alarm.id });
    }
    case "shelve":
      return changed(draft, shelve(draft, command, actor));
    case "unshelve":
      return changed(draft, unshelve(draft, command), true);
    case "unacknowledge-alarm":
      return changed(draft, unacknowledge(draft, command));
    case "reset-alarm":
      return changed(draft, reset(draft, command));
    case "out-of-service":
      return changed(draft, takeOut(draft, command, actor));
    case "in-service":
      return changed(draft, putIn(draft, command), true);
    case "open-handover":
      return openHandover(draft, command.team);
    case "fill-handover":
      return fillHandover(draft, command);
    case "fill-fire-log":
      return fillFireLog(draft, command, actor);
    case "sign-handover":
      return signHandover(draft, command, actor);
    case "draft-notice":
      return draftNotice(draft, command, actor);
    case "discard-notice":
      return discardNotice(draft, command);
    case "approve-notice":
      return approveNotice(draft, command, actor);
    case "withdraw-notice":
      return withdrawNotice(draft, command, actor);
    case "report-reach":
      return reportReach(draft, command, actor);
    case "apply-learned":
      return applyLearned(draft, command, actor);
    case "take-back-learned":
      return takeBackLearned(draft, command, actor);
    case "draft-accident":
      return draftAccidentByHand(draft, command.ticket, actor);
    case "fill-accident":
      return fillAccident(draft, command, actor);
    case "sign-accident":
      return signAccident(draft, command, actor);
    case "write-point":
      return allowWrite(draft, command, actor);
    case "attach-file":
      return attachFile(draft, command, actor);
    case "open-ticket":
      return openByHand(draft, command, actor);
    case "ticket-step": {
      const result = takeStep(draft, command, actor);
      if ("refused" in result) return result.refused;
      return draft.finish({
        ticket: result.ticket.no,
        ...(result.already === undefined ? {} : { already: result.already }),
      });
    }
  }
}
