"""Run in a replica: docker compose exec api python -m unittest discover unit_test"""

import json
import unittest
import urllib.request


class Health(unittest.TestCase):
    def test_the_service_is_healthy(self):
        with urllib.request.urlopen("http://127.0.0.1:8000/health", timeout=5) as answer:
            self.assertEqual(json.load(answer)["status"], "healthy")


if __name__ == "__main__":
    unittest.main()
