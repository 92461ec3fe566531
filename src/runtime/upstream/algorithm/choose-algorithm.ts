import type { Upstream } from '../../../entities/upstream.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Algorithm } from './algorithm.ts';
import { ConsistentHashing } from './consistent-hashing.ts';
import { hashSourceOf } from './hash-source.ts';
import { Latency } from './latency.ts';
import { LeastConnections } from './least-connections.ts';
import { RoundRobin } from './round-robin.ts';

/** The algorithm an upstream asks for. As in Kong, a `hash_on` makes round-robin into consistent hashing. */
export function chooseAlgorithm(upstream: Upstream, clock: Clock): Algorithm {
  switch (upstream.algorithm) {
    case 'least-connections':
      return new LeastConnections();
    case 'latency':
      return new Latency(clock);
    case 'round-robin':
      if (upstream.hash_on === 'none') return new RoundRobin();
      return new ConsistentHashing(hashSourceOf(upstream), upstream.slots);
    case 'consistent-hashing':
    case 'sticky-sessions':
      return new ConsistentHashing(hashSourceOf(upstream), upstream.slots);
  }
}
