import { Counter, Gauge, Histogram } from 'prom-client';

/** What workers count; docs/metrics.md says it to operators. */

export const attempts = new Counter({
  name: 'second_look_step_attempts_total',
  help: 'Attempts at a step that were begun.',
  labelNames: ['kind'],
});
export const steps = new Histogram({
  name: 'second_look_step_seconds',
  help: 'How long attempts at a step took, by outcome: done, overtaken (by a later attempt), failed (for good), broken_off (tried again later) or given_back (the worker was stopped).',
  labelNames: ['kind', 'outcome'],
  buckets: [1, 5, 15, 60, 180, 600, 1_800, 3_600, 7_200, 14_400],
});
export const ffmpegSeconds = new Counter({
  name: 'second_look_ffmpeg_seconds_total',
  help: 'Time that ffmpeg ran, in seconds of the clock, by outcome: ok or failed.',
  labelNames: ['outcome'],
});
export const sweeps = new Counter({
  name: 'second_look_sweeps_total',
  help: 'Sweeps by outcome: whole, or partly where a part of one broke off.',
  labelNames: ['outcome'],
});
export const lastSweep = new Gauge({
  name: 'second_look_last_sweep_timestamp_seconds',
  help: 'When the last sweep ended, in seconds since 1970.',
});
