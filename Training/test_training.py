"""Checks of the training code: python -m unittest (in this folder; needs requirements.txt)."""

import unittest

import numpy as np
import torch

from accuracy import AveragePrecision, suppress
from network import (
    DISTANCE_BINS, Exported, Network, anchor_points, boxes_from_distances, expected_distances)
from objective import Objective, assign, complete_iou, pairwise_iou
from scenes import HEIGHT, PADDING, WIDTH, letterbox


class NetworkTests(unittest.TestCase):
    def test_anchors_are_the_cells_of_three_grids(self):
        centres, strides = anchor_points(64, 96)
        self.assertEqual(len(centres), 8 * 12 + 4 * 6 + 2 * 3)
        self.assertEqual((centres[0] * strides[0]).tolist(), [4, 4])
        self.assertEqual((centres[-1] * strides[-1]).tolist(), [80, 48])

    def test_distances_are_the_means_of_their_distributions(self):
        logits = torch.full((1, 4 * DISTANCE_BINS, 1), -50.0)
        for side, bins in enumerate([(0,), (3,), (3, 4), (15,)]):
            for index in bins:
                logits[0, side * DISTANCE_BINS + index, 0] = 50
        distances = expected_distances(logits)
        self.assertTrue(torch.allclose(distances[0, 0], torch.tensor([0, 3, 3.5, 15])))
        boxes = boxes_from_distances(distances, torch.tensor([[20.0, 10.0]]))
        self.assertEqual(boxes[0, 0].tolist(), [20, 7, 23.5, 25])

    def test_the_exported_output_is_laid_out_as_yolov8s(self):
        torch.manual_seed(0)
        network = Network(3).eval()
        images = torch.rand(1, 3, 96, 160)
        with torch.no_grad():
            output = Exported(network, 96, 160).eval()(images)
            logits, classes = network(images)
        centres, strides = anchor_points(96, 160)
        boxes = boxes_from_distances(expected_distances(logits), centres)[0] * strides[:, None]
        self.assertEqual(tuple(output.shape), (1, 7, 12 * 20 + 6 * 10 + 3 * 5))
        self.assertTrue(torch.allclose(output[0, 0], (boxes[:, 0] + boxes[:, 2]) / 2, atol=1e-3))
        self.assertTrue(torch.allclose(output[0, 3], boxes[:, 3] - boxes[:, 1], atol=1e-3))
        self.assertTrue(torch.allclose(output[0, 4:], classes[0].sigmoid()))


class ObjectiveTests(unittest.TestCase):
    def test_overlaps(self):
        a = torch.tensor([[0.0, 0, 10, 10], [20, 20, 30, 40]])
        b = torch.tensor([[0.0, 0, 10, 10], [20, 30, 30, 50]])
        self.assertTrue(torch.allclose(pairwise_iou(a, b), torch.tensor([[1.0, 0], [0, 1 / 3]])))
        complete = complete_iou(a, b)
        self.assertAlmostEqual(complete[0].item(), 1, places=5)
        # One third, less the squared distance of the centres by that of the hull's diagonal.
        self.assertAlmostEqual(complete[1].item(), 1 / 3 - 100 / 1000, places=5)

    def test_cells_inside_an_object_answer_for_it_and_the_nearer_of_two_gets_a_cell(self):
        centres, strides = anchor_points(HEIGHT, WIDTH)
        points = centres * strides[:, None]
        truth = torch.tensor([[[100.0, 100, 180, 180], [160, 100, 240, 180], [300, 100, 340, 140]]])
        kinds = torch.tensor([[1, 1, 2]])
        boxes = torch.stack([points - 40, points + 40], 1).reshape(1, -1, 4)
        found = assign(
            torch.full((1, len(points), 3), 0.5), boxes, points, truth, torch.tensor([[0, 2, 1]]), kinds)
        own = found.boxes[found.positive]
        self.assertEqual({tuple(b) for b in own.tolist()}, {(100, 100, 180, 180), (160, 100, 240, 180)})
        for point, box in zip(points[found.positive[0]], own):
            self.assertTrue(bool((point > box[:2]).all() and (point < box[2:]).all()))
            self.assertLessEqual(abs(point[0] - box[[0, 2]].mean()), 40)
        # An object's best cell is to give its overlap, and cells of the ignored object nothing at all.
        self.assertAlmostEqual(found.scores[..., 0].max().item(), pairwise_iou(truth, boxes)[0, 0].max().item(), places=4)
        self.assertEqual(found.scores[..., 1].max().item(), 0)
        ignored = points[found.ignored[0]]
        self.assertGreaterEqual(len(ignored), 20)
        self.assertTrue(bool(((ignored > truth[0, 2, :2]) & (ignored < truth[0, 2, 2:])).all()))

    def test_a_perfect_answer_costs_less_than_a_wrong_one(self):
        centres, strides = anchor_points(64, 96)
        objective = Objective(centres, strides)
        truth = torch.tensor([[[8.0, 8, 56, 56]]])
        arguments = (truth, torch.tensor([[1]]), torch.tensor([[1]]))
        sides = torch.cat([centres - truth[0, 0, :2] / strides[:, None], truth[0, 0, 2:] / strides[:, None] - centres], 1)
        lower = sides.clamp(0, 14.99).floor().long()
        share = sides.clamp(0, 14.99) - lower
        logits = torch.full((1, len(centres), 4, DISTANCE_BINS), -30.0)
        logits.scatter_(3, lower[None, ..., None], torch.log(1 - share + 1e-6)[None, ..., None])
        logits.scatter_(3, lower[None, ..., None] + 1, torch.log(share + 1e-6)[None, ..., None])
        perfect = logits.flatten(2).transpose(1, 2)
        classes = torch.full((1, 3, len(centres)), -10.0)
        right, wrong = classes.clone(), classes.clone()
        right[:, 1], wrong[:, 2] = 4, 4
        good = objective(perfect, right, *arguments)
        self.assertLess(good.boxes, 0.01)
        self.assertLess(good.total.item(), objective(perfect, wrong, *arguments).total.item())
        self.assertLess(good.total.item(), objective(torch.zeros_like(perfect), right, *arguments).total.item())

    def test_a_picture_without_objects_has_a_loss(self):
        centres, strides = anchor_points(64, 96)
        logits = torch.zeros(1, 64, len(centres), requires_grad=True)
        classes = torch.zeros(1, 3, len(centres), requires_grad=True)
        nothing = torch.zeros(1, 1, dtype=torch.long)
        loss = Objective(centres, strides)(logits, classes, torch.zeros(1, 1, 4), nothing, nothing)
        loss.total.backward()
        self.assertTrue(bool(torch.isfinite(loss.total)) and loss.classes > 0 and loss.boxes == 0)


class AccuracyTests(unittest.TestCase):
    truth = np.array([[0, 1, 0, 0, 10, 10], [0, 1, 50, 50, 70, 70], [1, 2, 20, 20, 40, 40]], float)

    def precision(self, boxes, scores, kinds):
        precision = AveragePrecision(2)
        precision.add(np.array(boxes, float).reshape(-1, 4), np.array(scores), np.array(kinds), self.truth)
        return precision.result()

    def test_all_found_is_one_and_ignored_objects_count_for_nothing(self):
        boxes = [[0, 0, 10, 10], [50, 50, 70, 70], [20, 20, 40, 40]]
        result = self.precision(boxes, [0.9, 0.8, 0.95], [0, 0, 1])
        self.assertTrue(np.allclose(result[0], 1))
        self.assertTrue(np.isnan(result[1]).all())

    def test_half_found_after_a_wrong_one(self):
        result = self.precision([[90, 90, 99, 99], [0, 0, 10, 10]], [0.9, 0.8], [0, 0])
        # Precision one half at recalls up to one half: 51 of 101 points.
        self.assertAlmostEqual(result[0, 0], 0.5 * 51 / 101)

    def test_a_box_counts_up_to_its_overlap(self):
        result = self.precision([[0, 0, 10, 10], [50, 50, 70, 66.5]], [0.9, 0.8], [0, 0])
        self.assertTrue(np.allclose(result[0][:7], 1))
        self.assertTrue((result[0][7:] < 0.6).all())

    def test_suppression_keeps_the_best_of_each_class(self):
        boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 10, 10], [30, 30, 40, 40]], float)
        kept = suppress(boxes, np.array([0.5, 0.9, 0.4, 0.3]), np.array([0, 0, 1, 0]))
        self.assertEqual(kept.tolist(), [1, 2, 3])


class SceneTests(unittest.TestCase):
    def test_pictures_of_another_shape_get_grey_beside_them(self):
        images, ratio, left, top = letterbox(torch.full((1, HEIGHT * 2, HEIGHT * 2, 3), 200, dtype=torch.uint8))
        self.assertEqual((ratio, left, top), (0.5, (WIDTH - HEIGHT) // 2, 0))
        self.assertEqual(images.shape, (1, HEIGHT, WIDTH, 3))
        self.assertTrue((images[0, :, :left] == PADDING).all() and (images[0, :, left:left + HEIGHT] == 200).all())


if __name__ == "__main__":
    unittest.main()
