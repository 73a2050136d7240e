import type { Emotion } from '../core/emotions';
import { createRandom, type Random } from '../core/random';
import { ACTION_UNITS, toActionUnits, type ActionUnit, type SomeActionUnits } from './action-units';
import type { Character } from './character';
import { generateManner, generateUnits } from './expressions';
import type { Light, View } from './scene';
import type { Pose } from './space';

/** Lowest intensity of the expression in a labelled frame. */
export const MIN_INTENSITY = 0.35;

/** A short clip: an expression grows, holds and fades while the head moves slightly. */
interface Clip {
  readonly look: Character;
  readonly emotion: Emotion;
  /** Units at full intensity. */
  readonly units: SomeActionUnits;
  /** Weak units that do not belong to the expression. */
  readonly noise: SomeActionUnits;
  readonly peak: number;
  /** Intensities at the clip's start and end, relative to the peak. */
  readonly start: number;
  readonly end: number;
  readonly asymmetry: number;
  readonly gaze: { readonly x: number; readonly y: number };
  readonly light: Light;
  /** Pose at half time, and its change from start to end. */
  readonly pose: Pose;
  readonly drift: Pose;
  readonly phase: number;
}

/** One frame of a clip. */
export interface ClipFrame extends View {
  readonly intensity: number;
}

/**
 * Draws a clip at random. Its random numbers depend on seed, character, expression and index only.
 * @param seed the sample's seed
 * @param emotion the clip's expression
 * @param index number of the clip within its character and expression, from 0
 */
export function generateClip(
  look: Character,
  emotion: Emotion,
  { seed, index }: { seed: number; index: number },
): Clip {
  const random = createRandom(seed, 'clip', look.name, emotion, index);
  const manner = generateManner(createRandom(seed, 'manner', look.name));
  return {
    look,
    emotion,
    units: generateUnits(emotion, manner, random),
    noise: drawNoise(random),
    peak: emotion === 'neutral' ? 1 : random.uniform(0.85, 1),
    start: random.uniform(0.65, 0.85),
    end: random.uniform(0.65, 0.85),
    asymmetry: clampNormal(random, 0.07, 0.15),
    gaze: { x: clampNormal(random, 0.32, 0.8), y: clampNormal(random, 0.2, 0.5) },
    light: {
      x: random.uniform(-1, 1),
      y: random.uniform(-1, -0.1),
      strength: random.uniform(0.25, 0.9),
      exposure: random.uniform(-0.9, 0.45),
    },
    pose: drawPose(random),
    drift: drawDrift(random),
    phase: random.uniform(0, 2 * Math.PI),
  };
}

function drawPose(random: Random): Pose {
  return {
    yaw: clampNormal(random, 7, 14),
    pitch: clampNormal(random, 4, 8),
    roll: clampNormal(random, 4.5, 10),
    scale: random.uniform(0.8, 0.96),
    x: 128 + clampNormal(random, 6, 12),
    y: 140 + clampNormal(random, 5, 9),
  };
}

function drawDrift(random: Random): Pose {
  return {
    yaw: clampNormal(random, 3, 6),
    pitch: clampNormal(random, 2, 4),
    roll: clampNormal(random, 2, 4),
    scale: random.uniform(-0.015, 0.015),
    x: clampNormal(random, 2, 4),
    y: clampNormal(random, 2, 4),
  };
}

function drawNoise(random: Random): SomeActionUnits {
  const chances: readonly (readonly [ActionUnit, number, number])[] = [
    ['AU1', 0.3, 0.14],
    ['AU2', 0.3, 0.14],
    ['AU4', 0.3, 0.14],
    ['AU5', 0.25, 0.15],
    ['AU7', 0.25, 0.15],
    ['AU12', 0.2, 0.12],
    ['AU14', 0.3, 0.25],
    ['AU15', 0.2, 0.12],
    ['AU25', 0.25, 0.3],
    ['AU26', 0.15, 0.12],
    ['AU43', 0.25, 0.15],
  ];
  const drawn = chances.map(
    ([unit, chance, high]) => [unit, random.next() < chance ? random.uniform(0, high) : 0] as const,
  );
  return Object.fromEntries(drawn);
}

function clampNormal(random: Random, deviation: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, deviation * random.normal()));
}

/**
 * Computes one frame of a clip.
 * @param time 0 (start) to 1 (end)
 */
export function toClipFrame(clip: Clip, time: number): ClipFrame {
  const intensity =
    clip.emotion === 'neutral' ? 1 : Math.max(MIN_INTENSITY, clip.peak * envelope(clip, time));
  const units: Partial<Record<ActionUnit, number>> = {};
  const sway = Math.sin(clip.phase + 2 * Math.PI * time);
  for (const unit of ACTION_UNITS) {
    const noise = (clip.noise[unit] ?? 0) * (0.8 + 0.2 * sway);
    units[unit] = Math.max((clip.units[unit] ?? 0) * intensity, noise);
  }
  const { pose, drift } = clip;
  const along = time - 0.5 + 0.12 * sway;
  const move = (key: keyof Pose) => pose[key] + drift[key] * along;
  return {
    look: clip.look,
    intensity,
    expression: {
      units: toActionUnits(units),
      asymmetry: clip.asymmetry,
      gaze: { x: clip.gaze.x + 0.06 * sway, y: clip.gaze.y + 0.03 * sway },
    },
    pose: {
      yaw: move('yaw'),
      pitch: move('pitch'),
      roll: move('roll'),
      scale: move('scale'),
      x: move('x'),
      y: move('y'),
    },
    light: clip.light,
  };
}

/** Relative intensity: it grows until 0.4, is 1 until 0.66, then fades. */
function envelope({ start, end }: Clip, time: number): number {
  if (time < 0.4) return start + (1 - start) * smoothStep(time / 0.4);
  if (time > 0.66) return end + (1 - end) * smoothStep((1 - time) / 0.34);
  return 1;
}

const smoothStep = (t: number) => t * t * (3 - 2 * t);
