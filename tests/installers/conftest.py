"""What is built once for all tests of installers, and the machines that it is installed on."""
