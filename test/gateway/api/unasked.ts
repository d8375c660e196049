/** Parts of the house that a stand of the API does not ask anything of. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Site } from "#model/site";
import { createBacktests } from "../../../gateway/backtest/backtests.ts";
import { type Historian, HistoryAway } from "../../../gateway/history/historian.ts";

export const unaskedHistorian: Historian = {
  append: () => {},
  beat: () => {},
  read: () => Promise.reject(new HistoryAway("not asked for here")),
  copy: () => Promise.reject(new HistoryAway("not asked for here")),
  standing: () => ({ queue: 0, damaged: 0 }),
  async [Symbol.asyncDispose]() {},
};

export const unaskedBacktests = (site: Site) =>
  createBacktests({
    site,
    folder: join(tmpdir(), "gatehouse-no-such-data"),
    readChanged: async () => ({ problems: [] }),
  });
