/**
 * A murmur that rises and falls like talk in the next room: a buzzing tone through three resonances
 * that change with every syllable (the source-filter model of speech), and a quiet room around it.
 */
import type { Lesson } from './lessons.ts';

export const sampleRate = 24_000;

/** Formants of five vowels in Hz, after Peterson and Barney (1952), rounded. */
const vowels = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [530, 1840, 2480],
  [570, 840, 2410],
  [300, 870, 2240],
] as const;

/** One channel of samples between -1 and 1. */
export function murmur(lesson: Lesson): Float32Array {
  const sound = new Float32Array(lesson.durationS * sampleRate);
  const random = generator(7);
  lesson.speech.forEach(({ from, to, who }, index) => {
    if (who === 'class') {
      for (let voice = 0; voice < 5; voice += 1) {
        speak(sound, from + random() * 0.8, to - random() * 1.2, 210 + voice * 22, 0.16, random);
      }
    } else {
      const pitch = who === 'teacher' ? lesson.teacher.pitchHz : 240 + (index % 3) * 20;
      speak(sound, from, to, pitch, who === 'teacher' ? 0.6 : 0.4, random);
    }
  });
  addRoom(sound, random);
  return sound;
}

function speak(
  sound: Float32Array,
  from: number,
  to: number,
  pitchHz: number,
  loudness: number,
  random: () => number,
) {
  let at = from;
  let sincePause = 0;
  while (at < to - 0.15) {
    const length = 0.12 + random() * 0.14;
    const fall = 1.12 - 0.25 * Math.min(1, sincePause / 2.2);
    syllable(
      sound,
      at,
      length,
      pitchHz * fall * (0.95 + random() * 0.12),
      loudness * (0.6 + random() * 0.4),
      random,
    );
    at += length * 0.92;
    sincePause += length;
    // Breath between phrases.
    if (sincePause > 1.4 + random() * 1.6) {
      at += 0.25 + random() * 0.35;
      sincePause = 0;
    }
  }
}

function syllable(
  sound: Float32Array,
  from: number,
  length: number,
  pitchHz: number,
  loudness: number,
  random: () => number,
) {
  const formants = vowels[Math.floor(random() * vowels.length)] ?? vowels[0];
  const filters = formants.map((hz, index) => resonance(hz, 90 + index * 50));
  const start = Math.floor(from * sampleRate);
  const count = Math.floor(length * sampleRate);
  let phase = 0;
  for (let index = 0; index < count && start + index < sound.length; index += 1) {
    const part = index / count;
    phase += (pitchHz * (1.03 - 0.06 * part)) / sampleRate;
    const buzz = 1 - 2 * (phase % 1) + (random() - 0.5) * 0.25;
    const envelope = Math.sin(Math.PI * part ** 0.7) ** 1.3;
    const voiced = filters.reduce(
      (sum, filter, order) => sum + filter(buzz) / (1 + order * 1.6),
      0,
    );
    sound[start + index] = (sound[start + index] ?? 0) + voiced * envelope * loudness * 0.3;
  }
}

/** A two-pole resonator, its gain near 1 at its own frequency. */
function resonance(hz: number, bandwidthHz: number) {
  const radius = Math.exp((-Math.PI * bandwidthHz) / sampleRate);
  const turn = 2 * radius * Math.cos((2 * Math.PI * hz) / sampleRate);
  const gain =
    (1 - radius) *
    Math.sqrt(1 - 2 * radius * Math.cos((4 * Math.PI * hz) / sampleRate) + radius ** 2);
  let [one, two] = [0, 0];
  return (input: number) => {
    const output = gain * input + turn * one - radius * radius * two;
    [two, one] = [one, output];
    return output;
  };
}

/** Takes the edge off, lets the walls answer, and adds the breath of a room full of people. */
function addRoom(sound: Float32Array, random: () => number) {
  const echoes = [
    [0.031, 0.25],
    [0.067, 0.17],
    [0.113, 0.1],
  ] as const;
  const dry = sound.slice();
  let [low, hiss] = [0, 0];
  for (let index = 0; index < sound.length; index += 1) {
    let sample = dry[index] ?? 0;
    for (const [delay, share] of echoes)
      sample += (dry[index - Math.floor(delay * sampleRate)] ?? 0) * share;
    low += (sample - low) * 0.42;
    hiss += (random() - 0.5 - hiss) * 0.04;
    sound[index] = Math.max(-1, Math.min(1, low * 1.5 + hiss * 0.02));
  }
}

function generator(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
